/**
 * The part of the environment that a process needs which works for another one: search paths and languages.
 * NODE_OPTIONS, NODE_EXTRA_CA_CERTS and the like make node run code or open files, and are for the tool that was
 * started with them.
 */
const ALLOWED =
  /^(PATH|HOME|TMPDIR|TZ|LANG|LC_\w+|NO_COLOR|LD_LIBRARY_PATH|NODE_COMPILE_CACHE|XDG_RUNTIME_DIR|XENSTORED_\w+|VM_TOOLS_\w+)$/;

/** The environment of a helper process, or of a service that is started in the background. */
export function helperEnvironment(environment: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => ALLOWED.test(name)));
}
