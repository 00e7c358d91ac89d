/**
 * The floor that no sender gets below: so many POSTs of the same bytes with the same headers, from the
 * same runtime, with nothing written down and nothing signed anew.
 */
interface Order {
  /** Each is posted to once. */
  urls: string[];
  headers: Record<string, string>;
  body: string;
  /** Posts under way at a time. */
  atOnce: number;
}

export default {
  async fetch(request) {
    const { urls, headers, body, atOnce } = await request.json<Order>();
    const queue = urls.values();
    const post = async (): Promise<void> => {
      for (const url of queue) {
        const response = await fetch(url, { method: "POST", headers, body });
        await response.arrayBuffer();
      }
    };
    await Promise.all(Array.from({ length: atOnce }, post));
    return new Response(null, { status: 204 });
  },
} satisfies ExportedHandler;
