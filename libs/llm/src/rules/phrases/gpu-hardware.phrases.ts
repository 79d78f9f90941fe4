import { look, type RulePhrases, say } from './rule-phrase.js';

/** Heat, power supply, memory faults and links of a GPU. */
export const GPU_HARDWARE_PHRASES: RulePhrases = {
  'gpu-thermal-hw-slowdown': say(
    '{subject} [is|are] too hot, and the hardware cuts [its|their] clocks',
    'the hardware cuts the clocks because of heat',
    'the hardware thermal slowdown is gone from the clock event reasons and the SM clock is back near its maximum under the same load',
    look(
      'Check the cooling of {subject}',
      'Look at fans, airflow, blanking panels and the inlet temperature: a single hot GPU points to its own heat sink or fan, several to the chassis or the room.',
    ),
  ),
  'gpu-thermal-sw-slowdown': say(
    '{subject} [is|are] so hot that the driver lowers [its|their] clocks',
    'the driver lowers the clocks because of heat',
    'the software thermal slowdown is gone from the clock event reasons under the same load',
    look(
      'Check the cooling of {subject}',
      'Look at the inlet temperature, the fan curve and the airflow; the power limit may also be too high for this cooling.',
    ),
  ),
  'gpu-temp-near-limit': say(
    '{subject} [is|are] close to the temperature at which the hardware slows [it|them] down',
    '',
    'the temperature margin is wider under the same load',
    look(
      'Check the cooling of {subject}',
      'Look at fans, airflow and the inlet temperature before the hardware has to cut the clocks.',
    ),
  ),
  'gpu-memory-temp-high': say(
    'the memory of {subject} is close to its temperature limit',
    'the GPU memory gets close to its temperature limit',
    'the memory temperature is clear of its limit under the same load',
    look(
      'Check the cooling of {subject}',
      'Look at airflow and inlet temperature; where the chip itself is cool, look at the contact between memory and heat sink.',
    ),
  ),
  'gpu-fan-failure': say(
    'the fan of {subject} stands still under load',
    'a fan stands still under load',
    'the fan speed is above zero under load and the temperature stops climbing',
    look(
      'Check the fan of {subject}',
      'See whether something blocks it, whether its cable sits and whether a fan curve holds it at a standstill.',
    ),
  ),
  'gpu-power-brake': say(
    'an external power brake slows {subject} down',
    'an external power brake cuts the clocks',
    'the power brake is gone from the clock event reasons',
    look(
      'Check the power supply of the chassis',
      'Look at the state of the power supplies, the cables and a power cap set in the BMC or the rack; this is not heat.',
    ),
  ),
  'gpu-ecc-uncorrected': say(
    '{subject} [has|have] uncorrected memory errors',
    'uncorrected memory errors hit what ran on the GPU',
    'the count of uncorrected errors stays where it is',
  ),
  'gpu-ecc-correctable-rate': say(
    '{subject} [corrects|correct] many memory errors',
    'memory errors are corrected often',
    'the rate of corrected errors is back below its bound',
    look(
      'Keep an eye on the memory of {subject}',
      'Corrected errors lose nothing, but many of them can announce uncorrected ones: compare with other days and plan a check of the part.',
    ),
  ),
  'gpu-row-remap-failure': say(
    'a broken memory row of {subject} could not be remapped',
    'a broken memory row could not be remapped',
    'the replaced GPU reports no remapping failure',
  ),
  'gpu-row-remap-pending': say(
    '{subject} [waits|wait] for a reset to remap a memory row',
    'a memory row waits for a reset to be remapped',
    'the row remap is no longer pending',
  ),
  'gpu-row-remap-exhaustion': say(
    'the memory of {subject} is running out of spare rows',
    'spare memory rows run out',
    'the replaced GPU shows spare rows again',
  ),
  'gpu-retired-pages': say(
    'memory pages of {subject} are being retired',
    'memory pages are retired',
    'no page waits to be retired',
  ),
  'gpu-repair-pending': say(
    '{subject} [waits|wait] for a reset that applies a repair',
    'a repair waits for a reset',
    'no repair is pending any more',
  ),
  'gpu-sram-threshold-exceeded': say(
    "the on-chip memory of {subject} has more errors than NVIDIA's threshold allows",
    'the on-chip memory has too many errors',
    'the replaced GPU no longer reports that the threshold is exceeded',
  ),
  'gpu-lost': say(
    '{subject} [is|are] lost',
    'the GPU is lost',
    'the driver lists the GPU again and the engine on it answers',
    look(
      'Look at the seating and power of {subject}',
      'A lost GPU comes back with a reboot or a power cycle at best; check the slot, the power cables and the BMC log before putting it back to work.',
    ),
  ),
  'gpu-missing': say(
    'a GPU of {subject} is missing',
    'a GPU is missing',
    'the driver shows as many GPUs as expected',
    look(
      'Find out where the missing GPU is',
      'See whether the PCIe bus still lists it, what the kernel log says about it and whether it is handed to a virtual machine or container.',
    ),
  ),
  'gpu-recovery-action-required': say(
    'the driver asks for a recovery of {subject}',
    'the driver asks for a recovery of the GPU',
    'the recovery action of the driver reads none',
    look(
      'Plan the recovery of {subject} that the driver asks for',
      'Move the load away first; what is in the memory of the GPU is lost with it.',
    ),
  ),
  'gpu-xid-critical': say(
    'the driver reports a failure of {subject}',
    '',
    'no further XID is logged under load',
    look(
      'Look at {subject} and its driver log',
      'Read the driver lines around the error; the same code after a reset points to the hardware.',
    ),
  ),
  'gpu-xid-app': say(
    'an application caused a driver error on {subject}',
    '',
    'no further XID of this kind is logged',
    look(
      'Find the program that caused the error on {subject}',
      'Several programs with the same error on a GPU make its hardware suspect; a single program points to that program.',
    ),
  ),
  'fabric-unhealthy': say(
    'the NVSwitch fabric of {subject} is not healthy',
    'the NVSwitch fabric is not healthy',
    'the fabric state of the GPU reads completed and its health summary reports no fault',
    look(
      'Check Fabric Manager and the NVSwitches',
      'See whether Fabric Manager runs in the version of the driver and what its log says; engines that span GPUs depend on it.',
    ),
  ),
  'nvlink-errors': say(
    'the NVLink of {subject} reports transfer errors',
    'NVLink transfers fail and are repeated',
    'the NVLink error counters stay where they are under load',
    look(
      'Check the NVLink of {subject}',
      'See which link counts the errors and whether its peer counts them too; bridges and baseboards can be reseated in a maintenance window.',
    ),
  ),
  'pcie-link-degraded': say(
    'the PCIe link of {subject} is slower than it can be',
    'the PCIe link is slower than it can be',
    'the link shows its full generation and width under load',
    look(
      'Check the slot and riser of {subject}',
      'A link that trains narrow or slow mostly has a seating, riser or BIOS reason; reseat the card in a maintenance window.',
    ),
  ),
  'pcie-replay-rate': say(
    'the PCIe link of {subject} repeats too many packets',
    'PCIe packets are repeated',
    'the replay counter moves no faster than its bound under load',
    look(
      'Check the slot and riser of {subject}',
      'Repeated packets point to signal quality: seating, riser, cable or dirt in the slot.',
    ),
  ),
};
