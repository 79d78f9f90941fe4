import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { HistoryFrame } from '@app/core';
import type { HistoryFramesTable } from './schema.js';

/** Raised when a reader of today could stumble over a snapshot of then; older frames are left to their retention. */
export const FRAME_FORMAT = 1;
/** A frame of eight GPUs is about 60 kB; what inflates to more than this is no frame of ours. */
const MAX_FRAME_BYTES = 32 * 1024 * 1024;

const deflate = promisify<Buffer, Buffer>(deflateRaw);
const inflate = promisify<Buffer, { maxOutputLength: number }, Buffer>(inflateRaw);

type StoredFrame = Pick<HistoryFrame, 'snapshot' | 'ranges'>;

/** Compressed off the event loop. */
export async function toFrameRow({ snapshot, samples, ranges }: HistoryFrame): Promise<HistoryFramesTable> {
  const stored: StoredFrame = { snapshot, ranges };
  const packed = await deflate(Buffer.from(JSON.stringify(stored), 'utf8'));
  return {
    target: snapshot.target,
    at: new Date(snapshot.collectedAt).toISOString(),
    format: FRAME_FORMAT,
    samples,
    frame: packed.toString('base64'),
  };
}

/** @throws whatever the decoder says of a damaged row */
export async function toFrame(row: Pick<HistoryFramesTable, 'samples' | 'frame'>): Promise<HistoryFrame> {
  const json = await inflate(Buffer.from(row.frame, 'base64'), { maxOutputLength: MAX_FRAME_BYTES });
  const { snapshot, ranges } = JSON.parse(json.toString('utf8')) as Partial<StoredFrame>;
  if (typeof snapshot?.collectedAt !== 'string' || typeof ranges !== 'object' || ranges === null) {
    throw new Error('it holds no snapshot');
  }
  return { snapshot, samples: row.samples, ranges };
}
