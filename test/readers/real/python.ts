/**
 * Which Python has what is looked for: one of one's own in front of the system's does not know the
 * system's packages.
 */
import { runProgram } from "./program.ts";

const PYTHONS = ["/usr/bin/python3", "python3"];
const found = new Map<string, Promise<string | undefined>>();

export async function pythonThatImports(module: string): Promise<string | undefined> {
  const python = found.get(module) ?? look(module);
  found.set(module, python);
  return python;
}

async function look(module: string): Promise<string | undefined> {
  for (const python of PYTHONS) {
    const isThere = await runProgram(python, ["-c", `import ${module}`], "/").then(
      ({ code }) => code === 0,
      () => false, // not even the Python
    );
    if (isThere) return python;
  }
  return undefined;
}
