import { Controller, Get, Inject, Req, Res } from '@nestjs/common';
import { AccountDoor } from './account-door.ts';
import { type Reply, type Request, send } from './http-types.ts';

/** `/v1/accounts`. */
@Controller('v1/accounts')
export class AccountsController {
  constructor(@Inject(AccountDoor) private readonly door: AccountDoor) {}

  @Get(':account_id/features')
  async features(@Req() request: Request, @Res() reply: Reply): Promise<void> {
    send(reply, await this.door.features(request));
  }
}
