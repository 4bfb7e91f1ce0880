"""The bus between companies: MQTT 5 over TLS."""

from adapters.buses.mqtt.bus import MqttBus
from adapters.buses.mqtt.credentials import Credentials
from adapters.buses.mqtt.observer import Observer

__all__ = ["Credentials", "MqttBus", "Observer"]
