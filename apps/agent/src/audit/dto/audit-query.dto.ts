import { ApiPropertyOptional } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsInt, IsNotEmpty, IsString, Matches, Max, MaxLength, Min, ValidateIf } from 'class-validator';

const IfGiven = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);

export class AuditQueryDto {
  @ApiPropertyOptional({ type: String })
  @IfGiven()
  @IsString()
  @IsNotEmpty()
  @MaxLength(100)
  runId?: string;

  @ApiPropertyOptional({ type: 'integer', minimum: 1, maximum: 200, default: 50 })
  @IfGiven()
  @Transform(({ value }: { value: unknown }) =>
    typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value,
  )
  @IsInt()
  @Min(1)
  @Max(200)
  limit?: number;

  @ApiPropertyOptional({ type: String, description: '`nextCursor` of the page before.' })
  @IfGiven()
  @Matches(/^[A-Za-z0-9_.:~-]{1,200}$/, { message: 'cursor must be a nextCursor of this list' })
  cursor?: string;
}
