import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateIf,
} from 'class-validator';
import { DEFAULT_OBJECTIVE, DEFAULT_TARGET } from '@app/config';
import {
  OBJECTIVES,
  type Objective,
  RUN_MODES,
  RUN_STATUSES,
  type RunMode,
  type RunRequest,
  type RunStatus,
} from '@app/core';

/** Absent or valid: unlike `IsOptional`, null does not pass. */
const IfGiven = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);

/** A query parameter that is a number, and stays text (and so fails) when it is anything else. */
const NumberParameter = (): PropertyDecorator =>
  Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  );

export class RunRequestDto {
  @ApiPropertyOptional({ default: DEFAULT_TARGET, description: 'Target id, see GET /targets.' })
  @IfGiven()
  @IsString()
  @IsNotEmpty()
  @MaxLength(200)
  target?: string;

  @ApiPropertyOptional({
    enum: RUN_MODES,
    default: 'recommend',
    description:
      'What the run may do: `observe` looks, `recommend` proposes a plan, `approve` waits for a person, `auto` also does ' +
      'by itself what the policy allows. 403 above POLICY_MAX_MODE.',
  })
  @IfGiven()
  @IsIn(RUN_MODES)
  mode?: RunMode;

  @ApiPropertyOptional({ enum: OBJECTIVES, default: DEFAULT_OBJECTIVE })
  @IfGiven()
  @IsIn(OBJECTIVES)
  objective?: Objective;

  @ApiPropertyOptional({ type: 'integer', minimum: 0, maximum: 10, default: 3 })
  @IfGiven()
  @IsInt()
  @Min(0)
  @Max(10)
  maxActions?: number;

  @ApiPropertyOptional({ type: Boolean, default: true, description: 'Whether the model may be asked.' })
  @IfGiven()
  @IsBoolean()
  llm?: boolean;

  static toRequest(dto: RunRequestDto): RunRequest {
    return {
      target: dto.target ?? DEFAULT_TARGET,
      mode: dto.mode ?? 'recommend',
      objective: dto.objective ?? DEFAULT_OBJECTIVE,
      maxActions: dto.maxActions ?? 3,
      llm: dto.llm ?? true,
    };
  }
}

export class WaitQueryDto {
  @ApiPropertyOptional({
    type: 'integer',
    minimum: 0,
    maximum: 120,
    description: 'Seconds to wait for the end of the run.',
  })
  @IfGiven()
  @NumberParameter()
  @IsInt()
  @Min(0)
  @Max(120)
  wait?: number;
}

export class RunListQueryDto {
  @ApiPropertyOptional({ type: String })
  @IfGiven()
  @IsString()
  @IsNotEmpty()
  target?: string;

  @ApiPropertyOptional({ enum: RUN_STATUSES })
  @IfGiven()
  @IsIn(RUN_STATUSES)
  status?: RunStatus;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 200, default: 20 })
  @IfGiven()
  @NumberParameter()
  @IsInt()
  @Min(1)
  @Max(200)
  limit?: number;

  @ApiPropertyOptional({ type: String, description: '`nextCursor` of the page before.' })
  @IfGiven()
  @Matches(/^[A-Za-z0-9_.:~-]{1,200}$/, { message: 'cursor must be a nextCursor of this list' })
  cursor?: string;
}

export class RefreshQueryDto {
  @ApiPropertyOptional({ enum: ['true', 'false'], default: 'false', description: '`true` samples every source now.' })
  @IfGiven()
  @IsIn(['true', 'false'])
  refresh?: 'true' | 'false';
}
