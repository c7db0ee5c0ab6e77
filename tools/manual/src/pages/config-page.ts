import { join } from 'node:path';
import { argument } from '../mdoc/escape.ts';
import { asSentence, displayed, section, sentences, tagList } from '../mdoc/lines.ts';
import { makePage, seeAlso, type Edition, type Page } from '../mdoc/page.ts';
import { ROOT } from '../root.ts';

/** What the manual tells of a key; libdomain has more of each in its table. */
export interface DomainKey {
  readonly json: string;
  readonly xl: string;
  readonly about: string;
  readonly words?: readonly string[];
}

const TABLE = join(ROOT, 'packages/libdomain/src/config/keys/keys.ts');

/** All keys of the configuration of a domain. */
export async function readDomainKeys(): Promise<readonly DomainKey[]> {
  const { KEYS } = (await import(TABLE)) as { readonly KEYS: Readonly<Record<string, DomainKey>> };
  return Object.values(KEYS);
}

/** What the manual tells of an image. */
interface ImageWords {
  readonly IMAGE_KEY: string;
  readonly IMAGE_ABOUT: string;
  readonly IMAGE_FIELDS: Readonly<Record<string, { readonly about: string; readonly isNeeded?: boolean }>>;
}

const IMAGE_TABLE = join(ROOT, 'packages/libdomain/src/config/image/image-fields.ts');

/** The key of an image, and all that may be said of one. */
export async function readImageWords(): Promise<ImageWords> {
  return (await import(IMAGE_TABLE)) as ImageWords;
}

/** The page of the configuration of a domain, from the table of its keys. */
export async function configPage(edition: Edition): Promise<Page> {
  const keys = await readDomainKeys();
  const image = await readImageWords();
  const page = { name: 'vm-tools.cfg', section: 5, about: 'configuration of a domain' } as const;
  return makePage(page, edition, [
    ...section('DESCRIPTION', [
      ...sentences(
        'A file from which `vm-create` makes a domain, in one of two formats: JSON, which begins with a brace, or the everyday subset of xl.cfg. `vm-config convert` makes one of the other, `vm-config check` tells what of a file would be refused or ignored, and `vm-config schema` prints the JSON Schema for an editor.',
      ),
      '.Pp',
      ...sentences(
        'A key that xl knows and vm-tools does not is refused by its name. One that has no effect, or that xl does not know either, is ignored with a warning.',
      ),
    ]),
    ...section('KEYS', [
      'Each with its name in JSON, and in xl.cfg where that is another.',
      ...keyList(keys),
    ]),
    ...section('GUESTS FROM IMAGES', [
      ...sentences(
        `The key \`${image.IMAGE_KEY}\` is ${image.IMAGE_ABOUT}. Its value is an object, in which all values are texts:`,
      ),
      ...imageList(image),
    ]),
    ...section('EXAMPLES', [
      'In JSON:',
      ...displayed(JSON_EXAMPLE),
      '.Pp',
      'The same in xl.cfg:',
      ...displayed(XL_EXAMPLE),
      '.Pp',
      'A guest from an image:',
      ...displayed(IMAGE_EXAMPLE),
    ]),
    ...seeAlso([
      { name: 'vm-config', section: 1 },
      { name: 'vm-create', section: 1 },
      { name: 'xl.cfg', section: 5 },
    ]),
  ]);
}

function keyList(keys: readonly DomainKey[]): string[] {
  return tagList(
    keys.map(({ json, xl, about, words = [] }) => ({
      term: `Ic ${argument(json)}${xl === json ? '' : ` , ${argument(xl)}`}`,
      lines: [
        ...sentences(asSentence(about)),
        ...(words.length === 0
          ? []
          : sentences(`It is one of ${words.map((word) => `\`${word}\``).join(', ')}.`)),
      ],
    })),
  );
}

function imageList({ IMAGE_FIELDS }: ImageWords): string[] {
  return tagList(
    Object.entries(IMAGE_FIELDS).map(([name, { about, isNeeded = false }]) => ({
      term: `Ic ${argument(name)}`,
      lines: sentences(asSentence(isNeeded ? `${about}; it has to be there` : about)),
    })),
  );
}

/** A guest from an image. */
export const IMAGE_EXAMPLE = `{
  "name": "web1",
  "memory": "2GiB",
  "networks": [{ "bridge": "xenbr0" }],
  "image": {
    "file": "/srv/images/debian-13-generic-amd64.qcow2",
    "disk": "20G",
    "sshKey": "/root/.ssh/id.pub"
  }
}`;

/** A configuration that vm-create takes. */
export const JSON_EXAMPLE = `{
  "name": "web1",
  "type": "pvh",
  "kernel": "/boot/guests/vmlinuz",
  "cmdline": "root=/dev/xvda1",
  "memory": "2GiB",
  "vcpus": 2,
  "disks": ["/dev/vg/web1,raw,xvda,rw"],
  "networks": ["bridge=xenbr0"]
}`;

/** The same. */
export const XL_EXAMPLE = `name = "web1"
type = "pvh"
kernel = "/boot/guests/vmlinuz"
cmdline = "root=/dev/xvda1"
memory = 2048
vcpus = 2
disk = ["/dev/vg/web1,raw,xvda,rw"]
vif = ["bridge=xenbr0"]`;
