const DEFAULT_RUNS = 500;

/** How many inputs a fuzz spec tries: few in `npm test`, FUZZ_RUNS of them in `npm run test:fuzz`. */
export function fuzzRuns(): number {
  const asked = process.env['FUZZ_RUNS'];
  if (asked === undefined || asked === '') return DEFAULT_RUNS;
  // A typing error must not turn a fuzz run into one that tries nothing.
  if (!/^[1-9]\d{0,8}$/.test(asked)) throw new Error('FUZZ_RUNS has to be a whole number of at least 1.');
  return Number(asked);
}
