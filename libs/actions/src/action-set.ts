import type { Action } from './action.js';

/** What the agent can do by itself, by type. */
export class ActionSet {
  private readonly byType: ReadonlyMap<string, Action>;

  constructor(actions: readonly Action[]) {
    this.byType = new Map(actions.map((action) => [action.type, action]));
  }

  find(type: string): Action | null {
    return this.byType.get(type) ?? null;
  }

  /** Why this installation can't do it; null when it can. */
  async unavailable(type: string): Promise<string | null> {
    const action = this.find(type);
    if (action === null)
      return `No executor does ${type}; it is for a person, or for a webhook that is configured for it.`;
    return action.unavailable();
  }
}
