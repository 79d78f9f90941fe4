import { IsIn, IsNumber, IsOptional, Max, Min } from 'class-validator';
import { BEHAVIOUR_KINDS, type BehaviourKind, COMMAND_KINDS } from '../behaviours.js';
import type { HostCommandKind } from '../../surface/host-port.js';

export class BehaviourDto {
  /** All of them where none is named. */
  @IsOptional() @IsIn(COMMAND_KINDS, { each: true }) commands?: HostCommandKind[];
  @IsOptional() @IsIn(BEHAVIOUR_KINDS) behaviour?: BehaviourKind;
  @IsOptional() @IsNumber() @Min(0) @Max(600) slowSeconds?: number;
}
