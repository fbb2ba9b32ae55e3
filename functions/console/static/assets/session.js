// Who is signed in: authorization code with PKCE at the issuer. Tokens live as long as the tab does.
import * as oauth from "oauth4webapi";
import { config } from "./config.js";

const TOKENS = "casetree.tokens";
const PENDING = "casetree.sign-in";
// A token is renewed this long before it ends, so that none ends on its way.
const AHEAD = 60_000;

// Only a page on this machine comes without HTTPS, and then its issuer does, too.
const OPTIONS = { [oauth.allowInsecureRequests]: location.protocol === "http:" };
// Put together as text: read as a relative address, a path that begins with two slashes is another host's.
const PAGE = location.origin + location.pathname;

let server;
let renewal;
let ended = () => {};

/** Whoever shows the page is told when the session has ended by itself. */
export function onEnd(tell) {
  ended = tell;
}

/** Whether somebody is signed in; a return from the issuer is brought to its end first. */
export async function open() {
  const returned = new URL(location.href).searchParams;
  if (returned.has("code") || returned.has("error")) await complete();
  return read(TOKENS) !== null;
}

/** The issuer's page follows; it leads back to where the person was. */
export async function signIn() {
  const { clientId, scope } = await config();
  const verifier = oauth.generateRandomCodeVerifier();
  const pending = { verifier, state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce(), hash: location.hash };
  write(PENDING, pending);
  const address = new URL((await issuer()).authorization_endpoint);
  address.search = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    redirect_uri: PAGE,
    scope,
    state: pending.state,
    nonce: pending.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  });
  location.assign(address);
}

/** The tokens are worth nothing any more, here and at the issuer. */
export async function signOut() {
  const tokens = read(TOKENS);
  // A renewal that is under way finds its tokens gone, and keeps none.
  sessionStorage.removeItem(TOKENS);
  const [as, client] = [await issuer(), await ourselves()];
  await revoke(as, client, tokens?.refresh);
  if (!as.end_session_endpoint) return location.assign(PAGE);
  const address = new URL(as.end_session_endpoint);
  // The standard's name for where to come back to, and Cognito's own.
  address.search = new URLSearchParams({ client_id: client.client_id, post_logout_redirect_uri: PAGE, logout_uri: PAGE });
  return location.assign(address);
}

/** A token that is good for the next request; null once the session has ended. */
export async function token() {
  const tokens = read(TOKENS);
  if (tokens && tokens.until - AHEAD > Date.now()) return tokens.access;
  if (!tokens?.refresh) return end();
  renewal ??= renew(tokens.refresh).finally(() => (renewal = undefined));
  return renewal;
}

/** Nobody is signed in any more. */
export function end() {
  sessionStorage.removeItem(TOKENS);
  ended();
  return null;
}

async function complete() {
  const pending = read(PENDING);
  sessionStorage.removeItem(PENDING);
  const address = new URL(location.href);
  // The code is of no further use, and belongs neither into bookmarks nor on screens.
  history.replaceState(null, "", PAGE + (pending?.hash ?? ""));
  if (!pending) return;
  const [as, client] = [await issuer(), await ourselves()];
  const parameters = oauth.validateAuthResponse(as, client, address, pending.state);
  const answer = await oauth.authorizationCodeGrantRequest(
    as, client, oauth.None(), parameters, PAGE, pending.verifier, OPTIONS,
  );
  const expected = { expectedNonce: pending.nonce, requireIdToken: true };
  keep(await oauth.processAuthorizationCodeResponse(as, client, answer, expected));
}

async function renew(refresh) {
  const [as, client] = [await issuer(), await ourselves()];
  let answer;
  try {
    answer = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), refresh, OPTIONS);
  } catch {
    // The network is gone, not the session: the next request tries again.
    throw new TypeError("The issuer cannot be reached.");
  }
  let granted;
  try {
    granted = await oauth.processRefreshTokenResponse(as, client, answer);
  } catch {
    return end();
  }
  if (read(TOKENS)?.refresh !== refresh) {
    // Signed out meanwhile: whoever sits here next must not find a session, nor must the issuer keep one.
    await revoke(as, client, granted.refresh_token);
    return null;
  }
  return keep(granted, refresh);
}

async function revoke(as, client, refresh) {
  if (!as.revocation_endpoint || !refresh) return;
  await oauth.revocationRequest(as, client, oauth.None(), refresh, OPTIONS).catch(() => {});
}

function keep(granted, refresh) {
  const until = Date.now() + (granted.expires_in ?? 3600) * 1000;
  write(TOKENS, { access: granted.access_token, refresh: granted.refresh_token ?? refresh, until });
  return granted.access_token;
}

async function issuer() {
  server ??= discover();
  return server;
}

async function discover() {
  const { issuer: name, discovery } = await config();
  return oauth.processDiscoveryResponse(new URL(name), await fetch(discovery));
}

async function ourselves() {
  return { client_id: (await config()).clientId };
}

function read(name) {
  return JSON.parse(sessionStorage.getItem(name));
}

function write(name, value) {
  sessionStorage.setItem(name, JSON.stringify(value));
}
