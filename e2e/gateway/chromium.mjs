// Runs headless Chromium, and opens GraphiQL in it.
import { chromium } from 'playwright-core';

// launch runs a browser that sends no request by itself.
export function launch() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

export async function open(url, { observe = () => {} } = {}) {
  const browser = await launch();
  const context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
  context.on('request', (request) => observe('request', request.url()));
  context.on('weberror', (error) => observe('error', String(error.error())));
  context.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') observe('error', message.text());
  });
  const page = await context.newPage();
  await page.goto(url);
  await page.locator('.graphiql-query-editor .view-line').first().waitFor();
  return { browser, page };
}

// run executes the query of the tab with this title and returns the response.
export async function run(page, title) {
  await page.locator('.graphiql-tab-button', { hasText: title }).click();
  const received = page.waitForResponse(
    (response) =>
      new URL(response.url()).pathname === '/graphql' &&
      response.request().postDataJSON().query.includes(`query ${title} `),
  );
  await page.locator('.graphiql-execute-button').click();
  const body = await (await received).json();
  await page.locator('.graphiql-response .view-line', { hasText: '"data"' }).waitFor();
  return body;
}
