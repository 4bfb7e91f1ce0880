// node-opcua's server: numbers that all change so often a second; prints its address.
const { createRequire } = require("module");
const need = createRequire(process.argv[2] + "/package.json");
const { OPCUAServer } = need("node-opcua-server");
const { Variant, DataType } = need("node-opcua-variant");
const { StatusCodes } = need("node-opcua-status-code");

(async () => {
  const [count, hertz] = [Number(process.argv[3]), Number(process.argv[4])];
  const server = new OPCUAServer({ port: 0, hostname: "127.0.0.1", resourcePath: "/bench" });
  await server.initialize();
  const space = server.engine.addressSpace;
  const names = space.registerNamespace("urn:bench");
  const nodes = [];
  let folder;
  for (let k = 0; k < count; k++) {
    if (k % 100 === 0)
      folder = names.addObject({
        organizedBy: space.rootFolder.objects, browseName: `f${k}`, nodeId: `s=folder${k}` });
    nodes.push(names.addVariable({
      componentOf: folder, nodeId: `s=P${k}`, browseName: `P${k}`, dataType: "Double",
      minimumSamplingInterval: 0, value: { dataType: DataType.Double, value: k } }));
  }
  await server.start();
  console.log(server.endpoints[0].endpointDescriptions()[0].endpointUrl);
  let turn = 0;
  const start = Date.now();
  const next = () => {
    turn += 1;
    const now = new Date();
    for (let k = 0; k < count; k++)
      nodes[k].setValueFromSource(
        new Variant({ dataType: DataType.Double, value: k + turn }), StatusCodes.Good, now);
    setTimeout(next, Math.max(start + turn * 1000 / hertz - Date.now(), 0));
  };
  next();
})();
