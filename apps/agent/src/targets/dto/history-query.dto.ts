import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  isISO8601,
  IsNotEmpty,
  IsString,
  Matches,
  MaxLength,
  registerDecorator,
  ValidateIf,
  type ValidationArguments,
} from 'class-validator';
import { AppError, isSignalPath, nearestSignals } from '@app/core';
import type { HistoryQuery } from '@app/metrics';

const DEFAULT_SPAN_MS = 60 * 60 * 1000;
const SECONDS_OF_UNIT: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const STEP = /^(?!0+[smh]?$)(\d{1,7})([smh]?)$/;
/** A time without its zone would be read as local time of the host. */
const WITH_ZONE = /T.*(Z|[+-]\d{2}:?\d{2})$/;
const NEAREST = 5;

/** Absent or valid: null does not pass. */
const IfGiven = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);

/** A rule of its own with one message, in the words that the value asks for. */
const Checked =
  (isValid: (value: string) => boolean, message: (property: string, value: unknown) => string): PropertyDecorator =>
  (target, property) => {
    const name = String(property);
    registerDecorator({
      name: 'checked',
      target: target.constructor,
      propertyName: name,
      validator: {
        validate: (value: unknown) => typeof value === 'string' && isValid(value),
        defaultMessage: (given?: ValidationArguments) => message(name, given?.value),
      },
    });
  };

const IsInstant = (): PropertyDecorator =>
  Checked(
    (value) => isISO8601(value, { strict: true, strictSeparator: true }) && WITH_ZONE.test(value),
    (property) => `${property} must be a time in ISO 8601 with its zone, as 2026-01-31T12:00:00Z`,
  );

/** Says which signals may be meant where the given one is none. */
function wrongSignal(property: string, value: unknown): string {
  if (typeof value !== 'string' || value === '') return `${property} must be the path of a signal in a snapshot`;
  if (value.startsWith('derived.')) {
    return `${property} is computed from others and not recorded; ask for the readings that it is computed from`;
  }
  const nearest = nearestSignals(value, NEAREST).join(', ');
  return `${property} is none of a snapshot; the nearest are ${nearest}. GET /analysis/rules lists what rules read`;
}

export class HistoryQueryDto {
  @ApiProperty({ type: String, description: 'Path in Snapshot without indices, as `gpus.power.drawWatts`.' })
  @Checked(isSignalPath, wrongSignal)
  signal!: string;

  @ApiPropertyOptional({
    type: String,
    description:
      'One subject: id of a GPU, engine or cache, or the target id for the host. Members of a list within one follow ' +
      'after a colon (`local:/var`); the target id also takes those of the host.',
  })
  @IfGiven()
  @IsString()
  @IsNotEmpty()
  @MaxLength(500)
  subject?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'Default: an hour before `to`.' })
  @IfGiven()
  @IsInstant()
  from?: string;

  @ApiPropertyOptional({ type: String, format: 'date-time', description: 'Default: now.' })
  @IfGiven()
  @IsInstant()
  to?: string;

  @ApiPropertyOptional({
    type: String,
    pattern: '^\\d{1,7}[smh]?$',
    description:
      'Seconds, or a number with its unit: `30`, `30s`, `5m`, `1h`; default: the sampling interval. A step that would ' +
      'give more than 2000 points is widened, and `notes` says so.',
  })
  @IfGiven()
  @Matches(STEP, { message: 'step must be a positive number of seconds, or a number with s, m or h' })
  step?: string;

  /** @throws AppError `validation_failed` when the times are the wrong way round */
  static toQuery(dto: HistoryQueryDto, target: string, nowMs: number): HistoryQuery {
    const toMs = dto.to === undefined ? nowMs : Date.parse(dto.to);
    const fromMs = dto.from === undefined ? toMs - DEFAULT_SPAN_MS : Date.parse(dto.from);
    if (fromMs > toMs) {
      throw new AppError('validation_failed', 'The request is not valid: from.', {
        details: { errors: [{ path: 'from', message: 'from must not be after to' }] },
      });
    }
    return { target, signal: dto.signal, subject: dto.subject, fromMs, toMs, stepMs: stepMsOf(dto.step) };
  }
}

function stepMsOf(step: string | undefined): number | undefined {
  const [, amount, unit] = STEP.exec(step ?? '') ?? [];
  return amount === undefined ? undefined : Number(amount) * (SECONDS_OF_UNIT[unit || 's'] ?? 1) * 1000;
}
