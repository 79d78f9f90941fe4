/** Far above any answer of two thousand tokens, far below what blocks the event loop. */
export const MAX_ANSWER_BYTES = 256 * 1024;

/** What a call did on the wire, for the usage record and the reason of a failure. */
export interface WireRecord {
  attempts: number;
  wasTooLarge: boolean;
}

/** A fetch that follows no redirect and stops reading where an answer can no longer be one. */
export function cappedFetch(record: WireRecord): typeof fetch {
  return async (url, init) => {
    record.attempts += 1;
    const answer = await fetch(url, { ...init, redirect: 'error' });
    let read = 0;
    const body = answer.body?.pipeThrough(
      new TransformStream<Uint8Array, Uint8Array>({
        transform(chunk, controller) {
          read += chunk.byteLength;
          if (read <= MAX_ANSWER_BYTES) return controller.enqueue(chunk);
          record.wasTooLarge = true;
          // Without a status the caller would take it for a lost connection and try again.
          controller.error(Object.assign(new Error(`answer larger than ${MAX_ANSWER_BYTES} bytes`), { status: 413 }));
        },
      }),
    );
    return new Response(body, { status: answer.status, headers: answer.headers });
  };
}
