/**
 * What the page has in place of Node's own modules. The training code can keep checkpoints in folders and use a native
 * library, neither of which the page asks for; whatever is called all the same says so.
 */
const absent = (name: string) => (): never => {
  throw new Error(`${name} is not there in a browser`);
};

export const appendFileSync = absent('appendFileSync');
export const closeSync = absent('closeSync');
export const createHash = absent('createHash');
export const createRequire = absent('createRequire');
export const existsSync = absent('existsSync');
export const fsyncSync = absent('fsyncSync');
export const join = absent('join');
export const mkdirSync = absent('mkdirSync');
export const openSync = absent('openSync');
export const readFileSync = absent('readFileSync');
export const renameSync = absent('renameSync');
export const rmSync = absent('rmSync');
export const writeFileSync = absent('writeFileSync');
