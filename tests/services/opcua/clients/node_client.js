// A client of node-opcua at work; writes what it found as JSON.
// node node_client.js FOLDER URL CERTIFICATE KEY USER PASSWORD PKI
const [folder, url, certificate, key, userName, password, pki] = process.argv.slice(2);
const ua = require(folder + "/node_modules/node-opcua-client");
const { OPCUACertificateManager } = require(folder + "/node_modules/node-opcua-certificate-manager");

const { AttributeIds, BrowseDirection, NodeClass, DataType } = ua;
const TYPES = "urn:rami-twins:types";

async function browse(session, nodeId, referenceTypeId, browseDirection = BrowseDirection.Forward) {
  const found = [];
  let result = await session.browse({
    nodeId, referenceTypeId, browseDirection, includeSubtypes: true, nodeClassMask: 0, resultMask: 63,
  });
  found.push(...(result.references || []));
  while (result.continuationPoint && result.continuationPoint.length) {
    result = await session.browseNext(result.continuationPoint, false);
    found.push(...(result.references || []));
  }
  return found;
}

// types are found by their names, things by their types
async function typeNamed(session, index, name) {
  let level = [ua.resolveNodeId("BaseObjectType")];
  while (level.length) {
    const next = [];
    for (const at of level) {
      for (const r of await browse(session, at, "HasSubtype")) {
        if (r.browseName.namespaceIndex === index && r.browseName.name === name) return r.nodeId;
        next.push(r.nodeId);
      }
    }
    level = next;
  }
  throw new Error("no type " + name);
}

async function things(session, type) {
  const found = [], seen = new Set();
  let level = [ua.resolveNodeId("ObjectsFolder")];
  while (level.length) {
    const next = [];
    for (const at of level) {
      for (const r of await browse(session, at, "HierarchicalReferences")) {
        if (r.nodeClass !== NodeClass.Object || r.nodeId.namespace === 0) continue;
        if (seen.has(r.nodeId.toString())) continue;
        seen.add(r.nodeId.toString());
        if (r.typeDefinition.toString() === type.toString()) found.push(r);
        next.push(r.nodeId);
      }
    }
    level = next;
  }
  return found;
}

async function child(session, at, name) {
  for (const r of await browse(session, at, "HierarchicalReferences")) {
    if (r.browseName.name === name) return r.nodeId;
  }
  throw new Error("no " + name + " in " + at);
}

async function withUnit(session, variable) {
  const unit = await child(session, variable, "EngineeringUnits");
  const [value, told] = await session.read([
    { nodeId: variable, attributeId: AttributeIds.Value },
    { nodeId: unit, attributeId: AttributeIds.Value },
  ]);
  return [value.value.value, told.value.value.displayName.text];
}

async function exchangers(session, index) {
  const connected = [];
  for (const r of await browse(session, ua.resolveNodeId("NonHierarchicalReferences"), "HasSubtype")) {
    if (r.browseName.name === "ConnectedTo") connected.push(r.nodeId);
  }
  const found = {};
  for (const one of await things(session, await typeNamed(session, index, "HeatExchangerType"))) {
    const networks = await browse(session, one.nodeId, connected[0]);
    const power = await child(session, await child(session, one.nodeId, "Measurements"), "P");
    found[one.displayName.text] = {
      networks: networks.map((n) => n.displayName.text).sort(), power: await withUnit(session, power),
    };
  }
  return found;
}

async function layers(session, index) {
  const found = {};
  for (const storage of await things(session, await typeNamed(session, index, "HeatStorageType"))) {
    const group = await child(session, storage.nodeId, "Measurements");
    const series = await child(session, group, "T_series");
    for (const layer of await browse(session, series, "HasOrderedComponent")) {
      found[layer.displayName.text] = [layer.nodeId, ...(await withUnit(session, layer.nodeId))];
    }
  }
  return found;
}

function soon(holds, what) {
  return new Promise((done, lost) => {
    const begun = Date.now();
    const timer = setInterval(() => {
      const found = holds();
      if (found) { clearInterval(timer); done(found); }
      else if (Date.now() - begun > 30000) { clearInterval(timer); lost(new Error("no " + what)); }
    }, 20);
  });
}

async function main() {
  const manager = new OPCUACertificateManager({ rootFolder: pki, automaticallyAcceptUnknownCertificate: true });
  await manager.initialize();
  const client = ua.OPCUAClient.create({
    applicationUri: "urn:client:anna", applicationName: "anna", endpointMustExist: false,
    securityMode: ua.MessageSecurityMode.SignAndEncrypt,
    securityPolicy: ua.SecurityPolicy.Basic256Sha256,
    certificateFile: certificate, privateKeyFile: key, clientCertificateManager: manager,
    connectionStrategy: { maxRetry: 0 }, requestedSessionTimeout: 60000,
  });
  await client.connect(url);
  const session = await client.createSession({ type: ua.UserTokenType.UserName, userName, password });
  const index = (await session.readNamespaceArray()).indexOf(TYPES);
  const told = { exchangers: await exchangers(session, index) };
  const found = await layers(session, index);
  told.layers = Object.fromEntries(Object.entries(found).map(([name, [, ...rest]]) => [name, rest]));
  const top = found.T_1[0];

  const subscription = await session.createSubscription2({
    requestedPublishingInterval: 50, requestedLifetimeCount: 1000, requestedMaxKeepAliveCount: 20,
    maxNotificationsPerPublish: 100, publishingEnabled: true, priority: 1,
  });
  const values = new Set();
  const item = await subscription.monitor({ nodeId: top, attributeId: AttributeIds.Value },
    { samplingInterval: 0, queueSize: 10, discardOldest: true }, ua.TimestampsToReturn.Both);
  item.on("changed", (value) => values.add(value.value.value));
  told.changes = (await soon(() => values.size > 1 && values, "change")).size;

  const fields = ["EventId", "Message", "Severity", "AckedState.Id", "Retain", "ConditionName"];
  const filter = ua.constructEventFilter(fields, ua.ofType(ua.resolveNodeId("AlarmConditionType")));
  filter.selectClauses.push(new ua.SimpleAttributeOperand({
    typeDefinitionId: ua.resolveNodeId("ConditionType"), browsePath: [], attributeId: AttributeIds.NodeId,
  }));
  const alarms = [];
  const events = await subscription.monitor(
    { nodeId: ua.resolveNodeId("Server"), attributeId: AttributeIds.EventNotifier },
    { samplingInterval: 0, queueSize: 100, discardOldest: true, filter }, ua.TimestampsToReturn.Both);
  events.on("changed", (row) => alarms.push(row.map((v) => v.value)));
  await new Promise((done) => events.itemToMonitor && events.monitoredItemId !== undefined ? done() : events.once("initialized", done));

  const strategy = await child(session, (await things(session, await typeNamed(session, index, "SiteType")))[0].nodeId, "Strategy");
  const replan = await session.call({ objectId: strategy, methodId: await child(session, strategy, "Replan"), inputArguments: [] });
  told.called = replan.outputArguments.map((v) => v.value);
  const raised = await soon(() => alarms.find((a) => a[3] === false), "alarm");
  told.alarm = [raised[1].text, raised[2], raised[5]];
  const status = await session.call({
    objectId: raised[6], methodId: ua.resolveNodeId("AcknowledgeableConditionType_Acknowledge"),
    inputArguments: [
      { dataType: DataType.ByteString, value: raised[0] },
      { dataType: DataType.LocalizedText, value: { text: "seen by node-opcua" } },
    ],
  });
  told.acknowledged = status.statusCode.name;
  await soon(() => alarms.find((a) => a[3] === true), "acknowledged alarm");

  const past = await session.readHistoryValue({ nodeId: top }, new Date(1547424000000), new Date(1547424060000));
  told.history = past.historyData.dataValues.map((v) => v.value.value);
  const mean = await session.readAggregateValue({ nodeId: top }, new Date(1547424000000),
    new Date(1547424060000), ua.AggregateFunction.Average, 60000);
  told.average = mean.historyData.dataValues.map((v) => v.value.value);

  const twin = (await things(session, await typeNamed(session, index, "HeatTransferStationType")))[0].nodeId;
  const refused = await session.call({
    objectId: twin, methodId: await child(session, twin, "ChangeMode"),
    inputArguments: [{ dataType: DataType.Int32, value: 1 }, { dataType: DataType.String, value: "trial" }],
  });
  told.refused = refused.statusCode.name;
  const written = await session.write({ nodeId: top, attributeId: AttributeIds.Value,
    value: { value: { dataType: DataType.Double, value: 1 } } });
  told.not_written = written.name;
  await subscription.terminate();
  await session.close();
  await client.disconnect();
  return told;
}

main().then((told) => { console.log(JSON.stringify(told)); process.exit(0); },
  (error) => { console.error(error.stack || error); process.exit(1); });
