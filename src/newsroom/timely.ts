/**
 * @returns what a call returns, if it does so in time; it is not ended, but nobody waits for it longer
 * @throws {Error} when the time is up, or what the call throws
 */
export async function timely<T>(call: Promise<T>, withinMs: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${withinMs} ms`)), withinMs);
  });
  try {
    return await Promise.race([call, late]);
  } finally {
    clearTimeout(timer);
  }
}
