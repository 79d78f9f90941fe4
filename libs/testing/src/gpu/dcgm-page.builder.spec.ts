import { describe, expect, it } from '@jest/globals';
import { aDcgmPage, aMigGpu, dcgmUuid } from './dcgm-page.builder.js';

describe('aDcgmPage', () => {
  it('writes a family at a time, with the labels of the exporter', () => {
    const page = aDcgmPage({
      gpus: [0, 1].map(() => ({ hasNoDefaults: true, fields: { DEV_GPU_TEMP: 41, DEV_SM_CLOCK: null } })),
    });
    expect(page.split('\n')).toEqual([
      '# HELP DCGM_FI_DEV_GPU_TEMP As the exporter describes it.',
      '# TYPE DCGM_FI_DEV_GPU_TEMP gauge',
      `DCGM_FI_DEV_GPU_TEMP{gpu="0",UUID="${dcgmUuid(0)}",pci_bus_id="00000000:1B:00.0",device="nvidia0",modelName="NVIDIA H100 80GB HBM3",Hostname="gpu-node-1",DCGM_FI_DRIVER_VERSION="580.95.05"} 41`,
      `DCGM_FI_DEV_GPU_TEMP{gpu="1",UUID="${dcgmUuid(1)}",pci_bus_id="00000000:1C:00.0",device="nvidia1",modelName="NVIDIA H100 80GB HBM3",Hostname="gpu-node-1",DCGM_FI_DRIVER_VERSION="580.95.05"} 41`,
      '',
    ]);
  });

  it('writes the names of DCGM 4.6 on request, and labels of a single series', () => {
    const page = aDcgmPage({
      gpus: [{ hasNoDefaults: true, fields: { DEV_POWER_USAGE: '1.5', 'DCGM_EXP_XID_ERRORS_COUNT{xid="79"}': 2 } }],
      hasNamesOf46: true,
      hasMetadata: false,
    });
    expect(page).toContain('DCGM_FI_DEV_BOARD_POWER_WATTS{gpu="0"');
    expect(page).toMatch(/DCGM_EXP_XID_ERRORS_COUNT\{gpu="0".*,xid="79"\} 2/);
  });

  it('gives instances the UUID of their GPU', () => {
    const page = aDcgmPage({ gpus: aMigGpu([7]), hasMetadata: false });
    expect(page).toMatch(/DCGM_FI_DEV_FB_USED\{gpu="0",UUID="GPU-0.*GPU_I_PROFILE="2g\.20gb",GPU_I_ID="7"/);
    expect(page).not.toMatch(/DCGM_FI_DEV_GPU_TEMP\{[^}]*GPU_I_ID/);
  });
});
