/** Tokens spent per UTC day (`YYYY-MM-DD`); implemented where it outlasts a restart. */
export abstract class TokenLedger {
  abstract usedToday(day: string): Promise<number>;
  abstract add(day: string, tokens: number): Promise<void>;
}
