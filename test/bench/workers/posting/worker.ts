/**
 * The upper bound of a sender: POSTs of the same bytes and headers from the same runtime, without storage or
 * signatures.
 */
interface PostRequest {
  /** Each receives one POST. */
  urls: string[];
  headers: Record<string, string>;
  body: string;
  /** Concurrent POSTs. */
  atOnce: number;
}

export default {
  async fetch(request) {
    const { urls, headers, body, atOnce } = await request.json<PostRequest>();
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
