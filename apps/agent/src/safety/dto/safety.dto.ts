import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsNotEmpty, IsString, MaxLength, ValidateIf } from 'class-validator';

const IfGiven = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);

export class FreezeDto {
  @ApiProperty({ type: String, maxLength: 1000, description: 'Why, for whoever finds the target frozen.' })
  @IsString()
  @IsNotEmpty()
  @MaxLength(1000)
  reason!: string;
}

export class KillSwitchDto {
  @ApiProperty({ type: Boolean })
  @IsBoolean()
  engaged!: boolean;

  @ApiPropertyOptional({ type: String, maxLength: 1000 })
  @IfGiven()
  @IsString()
  @MaxLength(1000)
  reason?: string;
}
