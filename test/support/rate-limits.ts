/**
 * Sends requests until one is answered 429, several at once. The limits count by the minutes of the machine's clock: a
 * minute that ends meanwhile allows as many again. Requests sent at once reach the limit on a slow machine too.
 *
 * @returns how many requests were sent before those among which the first refusal is, and that refusal
 */
export async function untilRefused(
  send: (nth: number) => Promise<Response>,
  atOnce = 20,
): Promise<{ sent: number; refused: Response }> {
  for (let sent = 0; sent < 2_000;) {
    const answers = await Promise.all(Array.from({ length: atOnce }, (_, index) => send(sent + index)));
    const refused = answers.find(({ status }) => status === 429);
    if (refused !== undefined) return { sent, refused };
    sent += answers.length;
  }
  throw new Error("no request was refused");
}
