// Run in the folder into which Stryker has copied the repository: packages that import each other by name find the
// copies, which are mutated, and not those beside which node_modules stands. All other packages are found further up.
import { mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';

for (const folder of ['packages', 'tools'])
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const { name } = JSON.parse(readFileSync(`${folder}/${entry.name}/package.json`, 'utf8')) as {
      name: string;
    };
    mkdirSync('node_modules/@vm-tools', { recursive: true });
    symlinkSync(`../../${folder}/${entry.name}`, `node_modules/${name}`);
  }
