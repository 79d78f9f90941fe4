/** All that the agent's parts need of Nest where no container puts them together: a logger, and marks without effect. */
export class Logger {
  static overrideLogger(): void {}
  log(): void {}
  warn(): void {}
  error(): void {}
  debug(): void {}
}

const mark = () => (): void => undefined;
export const Injectable = mark;
export const Module = mark;
export const Global = mark;
