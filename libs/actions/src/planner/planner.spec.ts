import { describe, expect, it } from '@jest/globals';
import type { Analysis, Finding, Run, Snapshot } from '@app/core';
import type { Proposal } from '../action.js';
import { ActionsService } from '../actions.service.js';
import { Planner, type Planning } from './planner.js';

const [FIRST, SECOND] = ['GPU-1', 'GPU-2'];
const RUN = { id: 'run-1', target: 'local', mode: 'approve', objective: 'balanced', maxActions: 5 } as Run;

function aFinding(id: string): Finding {
  return {
    ...{ id: `gpu-clocks-locked-low:${id}`, ruleId: 'gpu-clocks-locked-low', severity: 'high', state: 'confirmed' },
    ...{ subject: { kind: 'gpu', id, label: id }, rootCause: true, category: 'configuration' },
    candidateActions: [{ type: 'gpu-reset-clocks', parameters: {} }],
  } as unknown as Finding;
}

/** Plans for a finding about each of two GPUs that work in step. */
function planned(obstacle?: string): Promise<Planning> {
  const proposalFor = ({ subject }: Finding): Proposal => ({
    subject,
    members: subject.id === FIRST ? [FIRST, SECOND] : [SECOND, FIRST],
    parameters: {},
    preview: 'reset',
    expected: null,
  });
  const action = {
    unavailable: () => Promise.resolve(null),
    propose: (_: unknown, finding: Finding) => ({ kind: 'proposal', proposal: proposalFor(finding) }),
    inverse: () => null,
    undo: null,
    ...(obstacle === undefined ? {} : { obstacle: () => Promise.resolve(obstacle) }),
  };
  const planner = new Planner({
    catalogue: new ActionsService(),
    actions: { find: () => action, unavailable: () => null } as never,
    guards: { judge: () => Promise.resolve({ verdicts: [], clearance: null }) },
    effects: { trackRecords: () => Promise.resolve([]) },
    settings: { policy: { maxMode: 'approve', approvalTtlSeconds: 3600, monitorWindowSeconds: 120, actions: {} } },
    clock: { now: () => 0, isoNow: () => new Date(0).toISOString() },
  });
  const analysis = { findings: [aFinding(FIRST), aFinding(SECOND)] } as unknown as Analysis;
  return planner.plan({ run: RUN, snapshot: {} as Snapshot, analysis, insights: null });
}

describe('a plan', () => {
  it('has one action for findings about several members, in whichever order these come', async () => {
    const { plan, leftOut } = await planned();
    expect(plan.actions).toMatchObject([
      { members: [FIRST, SECOND], findingIds: [aFinding(FIRST).id, aFinding(SECOND).id] },
    ]);
    expect(leftOut).toEqual([]);
  });

  it('leaves out what the device does not offer, and says why', async () => {
    const { plan, leftOut } = await planned('it has no such backend');
    expect(plan.actions).toEqual([]);
    expect(leftOut).toContain('gpu-reset-clocks on GPU-1: it has no such backend');
  });
});
