import { join } from 'node:path';
import { Application, DeclarationReflection, ReflectionKind, type ProjectReflection } from 'typedoc';
import { listEntries } from './entries.ts';

const DOCUMENTED: ReflectionKind =
  ReflectionKind.Variable |
  ReflectionKind.Function |
  ReflectionKind.Class |
  ReflectionKind.Interface |
  ReflectionKind.TypeAlias |
  ReflectionKind.Enum;

/** The reference as it was read from the sources. */
export interface Reference {
  /** how many names the packages export */
  readonly names: number;
  /** those without a comment, as "package/src/entry.name" */
  readonly undocumented: readonly string[];
  /** Writes it as pages of HTML. */
  readonly write: (folder: string) => Promise<void>;
}

/**
 * Reads all that the packages export. Types are not checked: another step of the tests does that.
 *
 * @throws Error when a source cannot be read
 */
export async function readReference(root: string): Promise<Reference> {
  const application = await Application.bootstrap({
    entryPoints: await listEntries(root),
    tsconfig: join(root, 'tsconfig.json'),
    basePath: root,
    name: 'vm-tools',
    readme: 'none',
    skipErrorChecking: true,
    excludePrivate: true,
    githubPages: false,
    // Its other warnings are about links and parameters, and are shown when the pages are written.
    logLevel: 'Error',
  });
  const project = await application.convert();
  if (project === undefined) throw new Error('typedoc has read nothing: its errors are above');
  const exported = exportsOf(project);
  return {
    names: exported.length,
    undocumented: exported.filter((each) => !isDocumented(each)).map((each) => each.getFullName()),
    write: (folder) => application.generateDocs(project, folder),
  };
}

/** The exports of the packages themselves, without members of a class or a namespace. */
function exportsOf(project: ProjectReflection): DeclarationReflection[] {
  return project
    .getReflectionsByKind(DOCUMENTED)
    .filter((each) => each instanceof DeclarationReflection)
    .filter(({ parent }) => parent?.kindOf([ReflectionKind.Module, ReflectionKind.Project]) === true);
}

/** The comment of a function is that of its signature. */
function isDocumented(exported: DeclarationReflection): boolean {
  return exported.hasComment() || exported.signatures?.some((signature) => signature.hasComment()) === true;
}
