/** The key of a configuration in JSON under which an image is described. */
export const IMAGE_KEY = 'image';

/** What it means, for the manual and for editors. */
export const IMAGE_ABOUT =
  'the image with cloud-init of which vm-create makes the disk of the guest; in JSON alone, and in place of a kernel';

/** What one field says, in the words of the manual. */
export interface ImageFieldSpec {
  readonly about: string;
  readonly isNeeded?: boolean;
  readonly isSize?: boolean;
}

/** All that a configuration can say of an image. Each is a text. Readers, schema and manual have them from here. */
export const IMAGE_FIELDS = {
  file: { about: 'path of a raw or qcow2 image that names no other file', isNeeded: true },
  disk: { about: 'the size of the disk, like "20G"; that of the image if absent', isSize: true },
  sshKey: { about: 'path of a file of public keys that may log in', isNeeded: true },
  user: { about: 'a user that is made for them, and may use sudo; the one of the image if absent' },
  hostname: { about: 'what the guest calls itself; the name of the domain if absent' },
  ip: {
    about: 'a fixed address of the first network device, with its prefix: "192.0.2.10/24"; DHCP if absent',
  },
  gateway: { about: 'the way out from a fixed address' },
  dns: { about: 'name servers of a fixed address, with commas between' },
} as const satisfies Readonly<Record<string, ImageFieldSpec>>;

/** The name of one of them. */
export type ImageField = keyof typeof IMAGE_FIELDS;

/** Their names. */
export const IMAGE_FIELD_NAMES = Object.keys(IMAGE_FIELDS) as readonly ImageField[];

/** As a file says it. */
export type ImageTexts = Readonly<Partial<Record<ImageField, string>>>;
