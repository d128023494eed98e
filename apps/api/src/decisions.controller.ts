import { Controller, Get, Inject, Post, Req, Res } from '@nestjs/common';
import { DecisionDoor } from './decision-door.ts';
import { type Reply, type Request, send } from './http-types.ts';

/** `/v1/decisions`. Bodies arrive as bytes and are parsed by the contract's own parser. */
@Controller('v1/decisions')
export class DecisionsController {
  constructor(@Inject(DecisionDoor) private readonly door: DecisionDoor) {}

  @Post()
  async decide(@Req() request: Request, @Res() reply: Reply): Promise<void> {
    send(reply, await this.door.decide(request));
  }

  @Get(':transaction_id')
  async find(@Req() request: Request, @Res() reply: Reply): Promise<void> {
    send(reply, await this.door.find(request));
  }
}
