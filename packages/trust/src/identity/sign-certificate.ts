import { randomBytes, sign, type KeyObject } from 'node:crypto';
import { bits, integer, octets, oid, sequence, set, tagged, time, utf8, yes } from './der.ts';

const ED25519 = sequence(oid('1.3.101.112'));
const COMMON_NAME = '2.5.4.3';
const KEY_USAGE = '2.5.29.15';
const SUBJECT_ALT_NAME = '2.5.29.17';
const BASIC_CONSTRAINTS = '2.5.29.19';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const SERVER_AUTH = '1.3.6.1.5.5.7.3.1';
const CLIENT_AUTH = '1.3.6.1.5.5.7.3.2';

/**
 * A certificate after RFC 5280, version 3, for both ends of a TLS connection. A self-signed one vouches for nothing: it
 * only wraps the key for TLS.
 *
 * @param init.name of a host, at most 64 letters: common name and alternative name
 * @param init.issuer with an Ed25519 key, private
 * @param init.isAuthority for an issuer of others, which is no host. @default false
 * @returns PEM
 */
export function signCertificate(init: {
  readonly name: string;
  readonly publicKey: KeyObject;
  readonly issuer: { readonly name: string; readonly key: KeyObject };
  readonly from: Date;
  readonly to: Date;
  readonly isAuthority?: boolean;
}): string {
  const { name, publicKey, issuer, from, to, isAuthority = false } = init;
  const body = sequence(
    tagged(0xa0, integer(Buffer.of(2))), // version 3
    integer(Buffer.concat([Buffer.of(0x40), randomBytes(15)])), // serial number: positive, 16 bytes
    ED25519,
    commonName(issuer.name),
    sequence(time(from), time(to)),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(0xa3, sequence(...(isAuthority ? AUTHORITY : [...HOST, alternativeName(name)]))),
  );
  const certificate = sequence(body, ED25519, bits(sign(null, body, issuer.key)));
  const lines = certificate.toString('base64').replace(/.{1,64}/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}-----END CERTIFICATE-----\n`;
}

const extension = (id: string, value: Buffer): Buffer => sequence(oid(id), octets(value));
const critical = (id: string, value: Buffer): Buffer => sequence(oid(id), yes(), octets(value));

const commonName = (name: string): Buffer => sequence(set(sequence(oid(COMMON_NAME), utf8(name))));
const alternativeName = (name: string): Buffer =>
  extension(SUBJECT_ALT_NAME, sequence(tagged(0x82, Buffer.from(name, 'ascii'))));

const AUTHORITY = [
  critical(BASIC_CONSTRAINTS, sequence(yes())),
  critical(KEY_USAGE, bits(Buffer.of(0x04), 2)), // keyCertSign
];
const HOST = [
  critical(BASIC_CONSTRAINTS, sequence()),
  critical(KEY_USAGE, bits(Buffer.of(0x80), 7)), // digitalSignature
  extension(EXTENDED_KEY_USAGE, sequence(oid(SERVER_AUTH), oid(CLIENT_AUTH))),
];
