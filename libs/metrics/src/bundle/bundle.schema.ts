import { z } from 'zod';

/** More frames than a day of samples every ten seconds is no bundle that a person copied. */
export const MAX_FRAMES = 10_000;

const instant = z
  .string()
  .max(64)
  .refine((text) => /^\d{4}-\d{2}-\d{2}[T ]/.test(text) && Number.isFinite(Date.parse(text)), {
    message: 'must be an ISO 8601 time',
  });
const seconds = z.number().min(0).max(86_400);

const frameSchema = z.strictObject({
  at: instant,
  /** What `nvidia-smi -q -x` wrote, and how it ended. */
  nvidiaSmi: z
    .strictObject({
      stdout: z.string(),
      stderr: z.string().optional(),
      exitCode: z.number().int().nullable().optional(),
    })
    .optional(),
  /** Pages of exporters and engines. */
  metrics: z
    .array(
      z.strictObject({
        url: z.string().max(2048).optional(),
        status: z.number().int().min(0).max(599).optional(),
        text: z.string(),
      }),
    )
    .max(1_000)
    .optional(),
  kernelLog: z.string().optional(),
  files: z
    .record(z.string().regex(/^\/(proc|sys)\//, 'must be an absolute path below /proc or /sys'), z.string())
    .optional(),
});

/** A recording that a person copied off a machine. */
export const bundleSchema = z.strictObject({
  target: z.string().min(1).max(200).optional(),
  frames: z.array(frameSchema).min(1).max(MAX_FRAMES),
  settings: z
    .strictObject({
      sloTtftP95Seconds: seconds.optional(),
      sloItlP95Seconds: seconds.optional(),
      expectedGpuUuids: z.array(z.string().min(1).max(200)).max(1_000).optional(),
    })
    .optional(),
});

export type Bundle = z.infer<typeof bundleSchema>;
export type BundleFrame = z.infer<typeof frameSchema>;
export type BundlePage = NonNullable<BundleFrame['metrics']>[number];

export interface BundleFieldError {
  readonly path: string;
  readonly message: string;
}

export type BundleResult =
  | { readonly kind: 'bundle'; readonly bundle: Bundle }
  | { readonly kind: 'invalid'; readonly errors: readonly BundleFieldError[] };

const ERRORS_NAMED = 20;

/** Checks the shape only; what the texts hold is the parsers' business. */
export function readBundle(value: unknown): BundleResult {
  const parsed = bundleSchema.safeParse(value);
  if (parsed.success) return { kind: 'bundle', bundle: parsed.data };
  const errors = parsed.error.issues.slice(0, ERRORS_NAMED).map(({ path, message }) => ({
    path: path.map(String).join('.'),
    message,
  }));
  return { kind: 'invalid', errors };
}
