// The plant's nodes on node-opcua's server: few nodes per request, prints its address.
const { createRequire } = require("module");
const need = createRequire(process.argv[2] + "/package.json");
const { OPCUAServer } = need("node-opcua-server");
const { standardUnits } = need("node-opcua-data-access");

(async () => {
  const server = new OPCUAServer({
    port: 0, hostname: "127.0.0.1", resourcePath: "/plant",
    serverCapabilities: { operationLimits: {
      maxNodesPerRead: 4, maxNodesPerWrite: 2,
      maxNodesPerTranslateBrowsePathsToNodeIds: 3, maxMonitoredItemsPerCall: 2,
    } },
  });
  await server.initialize();
  const space = server.engine.addressSpace;
  const names = space.registerNamespace("urn:plant");
  const organizedBy = space.rootFolder.objects;
  const plant = names.addObject({ organizedBy, browseName: "Plant", nodeId: "s=Plant" });
  const add = (name, dataType, value) => names.addVariable({
    componentOf: plant, nodeId: `s=${name}`, browseName: name, dataType,
    minimumSamplingInterval: 10, value: { dataType, value },
  });
  add("hp.u", "Double", 0.2);
  add("pump.u", "Float", 50);
  add("chp.engines_on", "Int16", 1);
  add("hex.T_out", "Double", 353.15);
  add("hex.m", "Int32", 36);
  names.addAnalogDataItem({
    componentOf: plant, nodeId: "s=hp.P_el", browseName: "hp.P_el", dataType: "Double",
    engineeringUnitsRange: { low: 0, high: 600000 }, engineeringUnits: standardUnits.watt,
    value: { dataType: "Double", value: 120000 },
  });
  await server.start();
  console.log(server.endpoints[0].endpointDescriptions()[0].endpointUrl);
})();
