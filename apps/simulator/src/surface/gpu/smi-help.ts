import { DRIVER_VERSION } from './board-facts.js';

/** `-h`, as far as the options go that are known here. */
export const HELP = `NVIDIA System Management Interface -- v${DRIVER_VERSION} (simulated)

nvidia-smi [OPTION1 [ARG1]] [OPTION2 [ARG2]] ...

    -h,   --help                Print usage information and exit.
          --version             Print version information and exit.

  LIST OPTIONS:

    -L,   --list-gpus           Display a list of GPUs connected to the system.

  SUMMARY OPTIONS:

    <no arguments>              Show a summary of GPUs connected to the system.

  QUERY OPTIONS:

    -q,   --query               Display GPU info; only together with -x.
    -i,   --id=                 Target a specific GPU.
    -x,   --xml-format          Produce XML output.

  SELECTIVE QUERY OPTIONS:

    --query-gpu=                Information about GPU.
                                Call --help-query-gpu for more info.
    --query-compute-apps=       List of currently active compute processes.
    --format=                   Comma separated list of format options:
                                  csv - comma separated values (MANDATORY)
                                  noheader - skip the first line with column headers
                                  nounits - don't print units for numerical values

  DEVICE MODIFICATION OPTIONS:

    -pm,  --persistence-mode=   Set persistence mode: 0/DISABLED, 1/ENABLED
    -c,   --compute-mode=       Set MODE for compute applications:
                                0/DEFAULT, 2/PROHIBITED, 3/EXCLUSIVE_PROCESS
    -lgc  --lock-gpu-clocks=    Specifies <minGpuClock,maxGpuClock> clocks as a pair in MHz,
                                or one clock for both.
    -rgc  --reset-gpu-clocks    Resets the GPU clocks to the default values.
    -pl   --power-limit=        Specifies maximum power management limit in watts.
`;
