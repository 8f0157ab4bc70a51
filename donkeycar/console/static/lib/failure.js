/** What a person reads when a request failed: a browser only says "Failed to fetch". */
export function failure(error) {
  return error instanceof TypeError ? "The car does not answer." : error.message;
}
