import type { Finding, Snapshot, Subject } from '@app/core';
import { messageOf, withoutSecrets } from '@app/core';
import type { ActionTask, ExecutionOutput } from '../action.js';
import type { NvidiaSmiExecutor, SmiRow } from '../host/nvidia-smi.executor.js';
import type { ActionDeps } from './action-deps.js';
import { gpuForFinding, subjectOfGpu } from './gpu-subject.js';
import { type impossible, isImpossible } from './proposals.js';
import { FileAction } from './read-only.action.js';

const IDENTITY = ['name', 'serial', 'pci.bus_id', 'vbios_version', 'driver_version', 'inforom.img'] as const;
/** What memory and link have counted. Asked one group at a time, for one field that a driver lacks fails a whole query. */
const EVIDENCE: readonly (readonly string[])[] = [
  ['ecc.errors.corrected.volatile.total', 'ecc.errors.uncorrected.volatile.total'],
  ['ecc.errors.corrected.aggregate.total', 'ecc.errors.uncorrected.aggregate.total'],
  ['retired_pages.single_bit_ecc.count', 'retired_pages.double_bit.count', 'retired_pages.pending'],
  ['remapped_rows.correctable', 'remapped_rows.uncorrectable', 'remapped_rows.pending', 'remapped_rows.failure'],
  ['pcie.link.gen.current', 'pcie.link.width.current', 'temperature.gpu'],
];

/** Writes the text of a replacement request; a person sends it. */
export class OpenRmaTicketAction extends FileAction {
  readonly type = 'open-rma-ticket';

  constructor(
    private readonly smi: Pick<NvidiaSmiExecutor, 'query'>,
    private readonly deps: Pick<ActionDeps, 'settings' | 'clock'>,
  ) {
    super(deps.settings.store.dataDir, 'tickets', 'txt');
  }

  async execute(task: ActionTask): Promise<ExecutionOutput> {
    try {
      const { path } = this.files.write(this.nameOf(task), withoutSecrets(await this.ticket(task)));
      return { isAccepted: true, text: `${path}: a person has to send it.` };
    } catch (error) {
      return { isAccepted: false, isDefinite: true, text: `The ticket could not be written: ${messageOf(error)}` };
    }
  }

  protected preview(subject: Subject): string {
    return `write a replacement request for ${subject.label} to DATA_DIR/tickets`;
  }

  protected override subject(finding: Finding, snapshot: Snapshot): Subject | ReturnType<typeof impossible> {
    const gpu = gpuForFinding(finding, snapshot);
    return isImpossible(gpu) ? gpu : subjectOfGpu(gpu);
  }

  private async ticket({ subject, runId }: ActionTask): Promise<string> {
    const sections = [
      await this.section(subject.id, IDENTITY),
      ...(await Promise.all(EVIDENCE.map((fields) => this.section(subject.id, fields)))),
    ];
    return [
      `Request for the replacement of a GPU`,
      ``,
      `Device: ${subject.label}`,
      `UUID: ${subject.id}`,
      `Written: ${this.deps.clock.isoNow()} (run ${runId})`,
      ``,
      ...sections.flat(),
      ``,
      `Please tell whether a field diagnostic is wanted before the device is sent in.`,
      `Attached should be: the diagnostics file of the same run, and the kernel log lines with NVRM.`,
      ``,
    ].join('\n');
  }

  /** A GPU that is lost answers nothing; its ticket is written all the same. */
  private async section(uuid: string, fields: readonly string[]): Promise<string[]> {
    try {
      const [row] = await this.smi.query([uuid], fields);
      return fields.map((field) => `${field}: ${valueOf(row, field)}`);
    } catch (error) {
      return [`${fields.join(', ')}: not readable (${messageOf(error)})`];
    }
  }
}

function valueOf(row: SmiRow | undefined, field: string): string {
  return row?.[field] ?? 'not reported';
}
