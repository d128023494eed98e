/** A command that asks the running api for a decision: works as it stands in any POSIX shell, any number of times. */
export function curlLine(options: {
  readonly httpUrl: string;
  readonly apiKey: string;
  readonly accountId: string;
}): string {
  const { httpUrl, apiKey, accountId } = options;
  // The shell fills in id and time, so that it is another payment each second.
  const body =
    `{"transaction_id":"try-'$(date +%s)'","account_id":"${accountId}",` +
    `"occurred_at":"'$(date -u +%Y-%m-%dT%H:%M:%SZ)'","amount_minor":12999,"currency":"EUR"}`;
  return (
    `curl -sS ${httpUrl}/v1/decisions -H 'authorization: Bearer ${apiKey}' ` +
    `-H 'content-type: application/json' -d '${body}'`
  );
}
