import { Controller, Get, Res } from '@nestjs/common';
import { type Reply, send } from './http-types.ts';
import { openApiDocument } from './openapi/document.ts';

/** `/openapi.json`: the contract of this very build. A test keeps it the same as the committed file. */
@Controller('openapi.json')
export class ContractController {
  /** Made when it is first asked for: hardly any process is. */
  #document: object | null = null;

  @Get()
  read(@Res() reply: Reply): void {
    this.#document ??= openApiDocument();
    send(reply, { status: 200, headers: {}, body: this.#document });
  }
}
