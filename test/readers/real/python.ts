/**
 * Finds a Python that has a module. A user's own Python lacks the packages of the system's.
 */
import { runProgram } from "./program.ts";

const PYTHONS = ["/usr/bin/python3", "python3"];
const found = new Map<string, Promise<string | undefined>>();

export async function pythonThatImports(module: string): Promise<string | undefined> {
  const python = found.get(module) ?? findPython(module);
  found.set(module, python);
  return python;
}

async function findPython(module: string): Promise<string | undefined> {
  for (const python of PYTHONS) {
    const hasModule = await runProgram(python, ["-c", `import ${module}`], "/").then(
      ({ code }) => code === 0,
      () => false, // this Python does not exist
    );
    if (hasModule) return python;
  }
  return undefined;
}
