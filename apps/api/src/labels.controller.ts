import { Controller, Inject, Post, Req, Res } from '@nestjs/common';
import { type Reply, type Request, send } from './http-types.ts';
import { LabelDoor } from './label-door.ts';

/** `/v1/labels`. */
@Controller('v1/labels')
export class LabelsController {
  constructor(@Inject(LabelDoor) private readonly door: LabelDoor) {}

  @Post()
  async record(@Req() request: Request, @Res() reply: Reply): Promise<void> {
    send(reply, await this.door.record(request));
  }
}
