import type { Engine } from '@app/core';
import { boundIndexOf, bucketShare, histogramRise } from '../histogram-shares.js';

/** Parts of the time to first token, as shares of its mean. */
export interface TtftParts {
  readonly meanSeconds: number;
  readonly queue: number | null;
  readonly prefill: number | null;
  /** What is neither: tokenisation, multi-modal input, messages between the processes. */
  readonly frontend: number | null;
  /** Whether all three were observed of about as many requests; they are observed at different moments. */
  readonly isSameRequests: boolean;
}

/** Difference of the counts up to which they are of the same requests. */
const COUNT_TOLERANCE = 0.1;

/** Where the time to first token went between two samples; null without a request. */
export function ttftParts(before: Engine, after: Engine): TtftParts | null {
  const rise = (name: 'ttft' | 'queueTime' | 'prefillTime') =>
    histogramRise(before.histograms[name], after.histograms[name]);
  const ttft = rise('ttft');
  if (!ttft || ttft.count === 0 || ttft.sum <= 0) return null;
  const meanSeconds = ttft.sum / ttft.count;
  const shareOf = (part: typeof ttft | null) =>
    part && part.count > 0 ? Math.min(1, part.sum / part.count / meanSeconds) : null;
  const [queueRise, prefillRise] = [rise('queueTime'), rise('prefillTime')];
  const queue = shareOf(queueRise);
  const prefill = shareOf(prefillRise);
  return {
    meanSeconds,
    queue,
    prefill,
    frontend: queue === null || prefill === null ? null : Math.max(0, 1 - queue - prefill),
    isSameRequests: [queueRise, prefillRise].every(
      (part) => part === null || Math.abs(part.count - ttft.count) <= COUNT_TOLERANCE * ttft.count,
    ),
  };
}

/**
 * Whether nearly every request left the queue within its first bucket: such a histogram tells no more than "at once",
 * and a p95 interpolated inside that bucket is made up.
 */
export function isQueueInFirstBucket(before: Engine, after: Engine, breachShare: number): boolean {
  const earlier = before.histograms.queueTime;
  const later = after.histograms.queueTime;
  const first = later ? boundIndexOf(later, 0) : null;
  if (!earlier || !later || first === null) return false;
  const share = bucketShare(earlier, later, first);
  return share !== null && share.observations > 0 && share.above / share.observations <= breachShare;
}
