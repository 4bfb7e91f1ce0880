// A server of node-opcua with the NodeSets given; tells of one layer what a client would read.
const { createRequire } = require("module");
const [folder, ...files] = process.argv.slice(2);
const need = createRequire(folder + "/package.json");
const { OPCUAServer } = need("node-opcua-server");
const { nodesets } = need("node-opcua-nodesets");

(async () => {
  const server = new OPCUAServer({
    port: 0, hostname: "127.0.0.1", nodeset_filename: [nodesets.standard, ...files],
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const index = space.getNamespaceArray().findIndex((n) => n.namespaceUri.includes(":site:"));
  const layer = space.findNode(`ns=${index};s=hts.hs.T_1`);
  const unit = layer.engineeringUnits.readValue().value.value;
  const code = Buffer.from([16, 8, 0].map((bits) => (unit.unitId >> bits) & 255)).toString();
  console.log(`hts.hs.T_1 ${layer.valueRank === -1 ? 1 : 0} ` +
    `${layer.typeDefinitionObj.browseName.name} ${code}`);
  await server.shutdown();
  process.exit(0);
})().catch((error) => { console.error(error); process.exit(1); });
