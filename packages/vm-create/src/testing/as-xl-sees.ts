import { expect } from '@jest/globals';
import type { LabHost } from '@vm-tools/lab';
import { listed } from '@vm-tools/lab/testing';

/** Expects that xl knows a domain as its own, with the figures that vm-list has. */
export async function expectAsXlSees(host: LabHost, name: string, domid: number): Promise<void> {
  const [, xlDomid, memory] = /^\S+\s+(\d+)\s+(\d+)/m.exec(await host.run(`xl list ${name} | tail -1`)) ?? [];
  const seen = await listed(host, name);
  expect(Number(xlDomid)).toBe(domid);
  expect(seen).toMatchObject({ name, domid });
  expect(Math.round(seen.memoryKib / 1024)).toBe(Number(memory));
  expect(JSON.parse(await host.run(`xl list -l ${name}`))).toMatchObject([{ config: { c_info: { name } } }]);
}
