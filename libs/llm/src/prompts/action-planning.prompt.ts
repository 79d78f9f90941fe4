/** Which actions may be chosen. */
export function actionPlanningTask(): string {
  return `Actions:
- "action": one that stands after "do" of a finding in "findingIds", or null when none fits. Copy its parameters, as strings; add others only as listed under "actions", within their ranges. "?" marks what may be left out.
- Prefer what removes the cause over what treats the effect, and the lower risk where both help.`;
}
