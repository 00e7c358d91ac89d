/**
 * Hides what workerd reports about failures that tests cause on purpose, such as the death of an object. Vitest
 * still reports every failed test.
 */
const EXPECTED =
  /Network connection lost|disconnected:|outputGateBroken|internal error; reference|no such table|SQLite alarm|\bdied\b|the service is being restored/;

/** Call once in the process that runs Vitest: workerd's reports come through its stdout and stderr. */
export function hideExpectedRuntimeErrors(): void {
  const isExpected = (chunk: unknown): boolean =>
    typeof chunk === "string" &&
    /^(?:(?:uncaught )?exception\b|NOSENTRY SQLite alarm)/.test(chunk) &&
    EXPECTED.test(chunk);
  for (const stream of [process.stdout, process.stderr]) {
    const write = stream.write.bind(stream);
    stream.write = (chunk: string | Uint8Array, ...rest: never[]): boolean =>
      isExpected(chunk) || write(chunk, ...rest);
  }
}
