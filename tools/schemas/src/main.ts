import { writeSchemas } from './write-schemas.ts';

const { files, without } = await writeSchemas();
console.error(`schemas: ${files} files; without one: ${without.join(', ') || 'none'}`);
