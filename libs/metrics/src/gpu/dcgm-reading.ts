import type { HttpText } from '../http/http-text.js';
import { mapDcgmPage } from './dcgm-page.mapper.js';
import { noGpuReading, partsNotRead, sectionOf, type GpuReading, type ReadingOrigin } from './gpu-reading.js';

/** Judges the text of a dcgm-exporter page; the same for a live one and for text copied off a machine. */
export function toDcgmReading(text: string, origin: ReadingOrigin): GpuReading {
  const { gpus, gaps, simulated, unreadable, seriesCount } = mapDcgmPage(text);
  if (gpus.length > 0) return { section: sectionOf(origin, [partsNotRead(unreadable)]), gpus, gaps, simulated };
  const detail =
    seriesCount === 0
      ? 'The page of dcgm-exporter has no metric of DCGM. Check its address, and that the exporter sees a GPU.'
      : 'The page of dcgm-exporter names no GPU: its series have no UUID label.';
  return noGpuReading('failed', detail, origin);
}

/** Judges what came of asking for the page. */
export function toDcgmReadingOfAnswer(answer: HttpText, origin: ReadingOrigin): GpuReading {
  if (answer.ok) return toDcgmReading(answer.text, origin);
  const hint = answer.status === 'denied' ? 'Check its credentials.' : 'Check its address, and that the exporter runs.';
  return noGpuReading(answer.status, `dcgm-exporter ${answer.reason}. ${hint}`, origin);
}
