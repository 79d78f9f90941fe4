export type GpuClass = 'data-centre' | 'workstation' | 'consumer';

/** First match decides: `Quadro T1000` is no `T4`, and the server edition of a workstation chip is no workstation. */
const CLASSES: readonly (readonly [RegExp, GpuClass])[] = [
  [/\b(?:GeForce|TITAN)\b/i, 'consumer'],
  [/\bServer Edition\b/i, 'data-centre'],
  [/\b(?:Quadro|NVS|RTX PRO|RTX A?\d{4}|T\d{3,4})\b/i, 'workstation'],
  [/\b(?:Tesla|GRID|[ABHKLPV]\d{1,3}[A-Z]{0,2}|T4G?|M\d{1,2}|G[BH]\d{2,3})\b/, 'data-centre'],
];

/** The market a GPU was made for, by its product name; null for names that say nothing. */
export function gpuClassOf(name: string | null): GpuClass | null {
  return CLASSES.find(([pattern]) => pattern.test(name ?? ''))?.[1] ?? null;
}
