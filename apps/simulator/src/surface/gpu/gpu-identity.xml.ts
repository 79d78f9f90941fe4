import type { GpuView } from '../../machine/machine-view.js';
import { type BoardFacts, DRIVER_VERSION } from './board-facts.js';
import { pciParts } from './gpu-readings.js';
import { alike, amount, DEPRECATED, enabledOrNot, NOT_AVAILABLE, type XmlNode } from './xml-node.js';

/** The only thing that tells the log from one of a real machine. */
const SIMULATED_BRAND = 'Simulated';

/** The first part of a `<gpu>` element: what it is and how it is set, up to the PCI bus. */
export function identityNodes(gpu: GpuView, board: BoardFacts): XmlNode[] {
  return [
    ['product_name', gpu.product],
    ['product_brand', SIMULATED_BRAND],
    ['product_architecture', board.architecture],
    ['display_mode', DEPRECATED],
    ['display_attached', 'No'],
    ['display_active', 'Disabled'],
    ['persistence_mode', enabledOrNot(gpu.isPersistent)],
    ['addressing_mode', 'HMM'],
    ['mig_mode', alike(enabledOrNot(board.hasMig ? false : null), 'current_mig', 'pending_mig')],
    ['mig_devices', 'None'],
    ['accounting_mode', 'Disabled'],
    ['accounting_mode_buffer_size', '4000'],
    ['driver_model', alike(NOT_AVAILABLE, 'current_dm', 'pending_dm')],
    ['serial', gpu.serial],
    ['uuid', gpu.uuid],
    ['pdi', `0x${gpu.uuid.replaceAll('-', '').slice(-16)}`],
    ['minor_number', String(gpu.index)],
    ['vbios_version', board.vbios],
    ['multigpu_board', 'No'],
    ['board_id', `0x${Number.parseInt(pciParts(gpu.pciBusId).bus, 16).toString(16)}00`],
    ['board_part_number', board.boardPart],
    ['gpu_part_number', board.gpuPart],
    ['gpu_fru_part_number', NOT_AVAILABLE],
    platformNode(gpu),
    ...infoRomNodes(board),
    ['gpu_operation_mode', alike(NOT_AVAILABLE, 'current_gom', 'pending_gom')],
    ['c2c_mode', board.architecture === 'Hopper' ? 'Disabled' : NOT_AVAILABLE],
    [
      'gpu_virtualization_mode',
      [['virtualization_mode', 'None'], ...alike(NOT_AVAILABLE, 'host_vgpu_mode', 'vgpu_heterogeneous_mode')],
    ],
    ['gpu_recovery_action', gpu.recoveryAction],
    ['gsp_firmware_version', DRIVER_VERSION],
    ['ibmnpu', alike(NOT_AVAILABLE, 'relaxed_ordering_mode')],
    pciNode(gpu, board),
  ];
}

function platformNode(gpu: GpuView): XmlNode {
  const unknown = ['chassis_serial_number', 'slot_number', 'tray_index', 'host_id', 'peer_type'];
  return [
    'platformInfo',
    [
      ...alike(NOT_AVAILABLE, ...unknown),
      ['module_id', String(gpu.index + 1)],
      ...alike(NOT_AVAILABLE, 'gpu_fabric_guid'),
    ],
  ];
}

function infoRomNodes({ infoRom }: BoardFacts): XmlNode[] {
  return [
    [
      'inforom_version',
      [
        ['img_version', infoRom.image],
        ['oem_object', infoRom.oem],
        ['ecc_object', infoRom.ecc],
        ['pwr_object', NOT_AVAILABLE],
      ],
    ],
    ['inforom_bbx_flush', alike(NOT_AVAILABLE, 'latest_timestamp', 'latest_duration')],
  ];
}

function pciNode(gpu: GpuView, board: BoardFacts): XmlNode {
  const { domain, bus, device } = pciParts(gpu.pciBusId);
  const { pcie } = gpu;
  return [
    'pci',
    [
      ['pci_bus', bus],
      ['pci_device', device],
      ['pci_domain', domain],
      ['pci_base_class', '3'],
      ['pci_sub_class', '2'],
      ['pci_device_id', board.pciDeviceId],
      ['pci_bus_id', gpu.pciBusId],
      ['pci_sub_system_id', board.pciSubSystemId],
      ['pci_gpu_link_info', linkNodes(gpu)],
      ['pci_bridge_chip', alike(NOT_AVAILABLE, 'bridge_chip_type', 'bridge_chip_fw')],
      ['replay_counter', amount(pcie.replayCount)],
      ['replay_rollover_counter', '0'],
      ['tx_util', amount(pcie.txKilobytesPerSecond, ' KB/s')],
      ['rx_util', amount(pcie.rxKilobytesPerSecond, ' KB/s')],
      ...alike(NOT_AVAILABLE, 'atomic_caps_outbound', 'atomic_caps_inbound'),
    ],
  ];
}

function linkNodes({ pcie }: GpuView): XmlNode[] {
  const generation = String(pcie.generation);
  const highest = String(pcie.maxGeneration);
  return [
    [
      'pcie_gen',
      [
        ['max_link_gen', highest],
        ['current_link_gen', generation],
        ['device_current_link_gen', generation],
        ['max_device_link_gen', highest],
        ['max_host_link_gen', highest],
      ],
    ],
    [
      'link_widths',
      [
        ['max_link_width', `${pcie.maxWidth}x`],
        ['current_link_width', `${pcie.width}x`],
      ],
    ],
  ];
}
