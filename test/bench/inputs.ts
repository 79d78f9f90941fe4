// Not the barrel: it loads jest, which a bench is not run by.
import { anNvidiaSmiLog, type LogSchema } from '../../libs/testing/src/gpu/index.js';

/** What the figures are promised for; fewer would flatter them. */
export const GPUS = 8;

/**
 * What eight GPUs print. The list of clocks is most of what a real GPU prints and nothing that is read: as much of it as
 * the size takes.
 */
export function eightGpuXml(schema: LogSchema, minBytes: number): string {
  const log = anNvidiaSmiLog({ schema });
  for (let i = 0; i < GPUS; i += 1) log.withGpu();
  const bare = log.build();
  const clocks: string[] = [];
  for (let bytes = bare.length; bytes < minBytes; bytes += GPUS * (clocks.at(-1)?.length ?? 0)) {
    clocks.push(`\t\t\t\t<supported_graphics_clock>${1980 - (clocks.length % 1770)} MHz</supported_graphics_clock>\n`);
  }
  const supported = `<supported_clocks><supported_mem_clock><value>2619 MHz</value>\n${clocks.join('')}</supported_mem_clock></supported_clocks>`;
  return bare.replaceAll('</gpu>', `${supported}</gpu>`);
}

/** Smaller inputs than the figures are promised for are a fault of the bench. */
export function atLeast(minBytes: number, text: string): string {
  if (text.length < minBytes) throw new Error(`an input has ${text.length} bytes; ${minBytes} are promised`);
  return text;
}
