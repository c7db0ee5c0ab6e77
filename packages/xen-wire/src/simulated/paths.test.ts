import { afterEach, expect, test } from '@jest/globals';
import { simFolder } from './paths.ts';

const { VM_TOOLS_SIM, XDG_RUNTIME_DIR } = process.env;

function setEnvironment(values: Record<string, string | undefined>): void {
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined) Reflect.deleteProperty(process.env, name);
    else process.env[name] = value;
  }
}

afterEach(() => setEnvironment({ VM_TOOLS_SIM, XDG_RUNTIME_DIR }));

test("hosts lie where the user says, else in the user's runtime folder, else in /tmp", () => {
  setEnvironment({ VM_TOOLS_SIM: '/sims', XDG_RUNTIME_DIR: '/run/user/7' });
  expect(simFolder('a')).toBe('/sims/a');
  setEnvironment({ VM_TOOLS_SIM: undefined });
  expect(simFolder('a')).toBe('/run/user/7/vm-tools/sim/a');
  setEnvironment({ XDG_RUNTIME_DIR: undefined });
  expect(simFolder('a')).toBe(`/tmp/vm-tools-sim-${process.getuid?.()}/a`);
});

test.each(['', '.', '..', 'a/b', '-a', 'a b', 'x'.repeat(33), 'a\0'])('%j is no name', (name) => {
  expect(() => simFolder(name)).toThrow(expect.objectContaining({ code: 'XEN_SIM_NAME', kind: 'usage' }));
});

test('a path that no socket can have, or that is not absolute, is refused', () => {
  setEnvironment({ VM_TOOLS_SIM: `/${'x'.repeat(100)}` });
  expect(() => simFolder('a')).toThrow(expect.objectContaining({ code: 'XEN_SIM_FOLDER_LONG' }));
  setEnvironment({ VM_TOOLS_SIM: 'sims' });
  expect(() => simFolder('a')).toThrow(expect.objectContaining({ code: 'XEN_SIM_FOLDER_RELATIVE' }));
});
