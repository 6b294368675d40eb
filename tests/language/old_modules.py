# The modules nis and ossaudiodev, where there is neither a NIS domain nor a sound device.
import os
import warnings

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    import nis
    import ossaudiodev
for warning in caught:
    print(warning.category.__name__, warning.message)


def show(function, *args, **kwargs):
    try:
        print(function.__name__, function(*args, **kwargs))
    except Exception as error:
        print(function.__name__, type(error).__module__, type(error).__name__, error, error.args)


# ---- nis: what fails before anybody is asked ----
print(dir(nis), nis.__doc__, nis.error.__mro__)
for args in (), (1, 2), ("a",), ("a", b"b"), ("a", "b\0", "d"), ("a", "b", 3), ("\ud800", "b", "d"), ("a", "b", ""), ("a", "b", "c", "d"):
    show(nis.match, *args)
for args in (), (1,), ("a", None), ("a\0",), ("", ""), ("a", "b", "c"):
    show(nis.cat, *args)
for args in (1,), ("a\0",), ("a", "b"):
    show(nis.maps, *args)
show(nis.maps, name=1)
show(nis.get_default_domain, 1)

# ---- ossaudiodev ----
print([(name, getattr(ossaudiodev, name)) for name in dir(ossaudiodev) if name.isupper()])
print(ossaudiodev.control_labels, ossaudiodev.control_names)
print(ossaudiodev.OSSAudioError.__mro__, ossaudiodev.error is ossaudiodev.OSSAudioError)
os.environ["AUDIODEV"] = os.environ["MIXERDEV"] = "/nonexistent/device"
for args in (), ("w",), ("x",), (1,), ("a", b"r"), ("a\0", "r"), ("/nonexistent", "rw"), ("/dev/null", "r"), ("/", "w"), ("a", "r", 1):
    show(ossaudiodev.open, *args)
show(ossaudiodev.open, mode="r")
for args in (), (1,), ("a\0",), ("/nonexistent",), ("a", "b"):
    show(ossaudiodev.openmixer, *args)

with ossaudiodev.openmixer("/dev/null") as mixer:
    print(dir(mixer))
    for name in "controls", "stereocontrols", "reccontrols", "get_recsrc":
        show(getattr(mixer, name))
        show(getattr(mixer, name), 1)
    for args in (), (1,), (-1,), (26,), ("a",), (2**40,):
        show(mixer.get, *args)
        show(mixer.set_recsrc, *args)
    for args in (1,), (1, 2), (1, (1, 2)), (99, (1, 2)), (1, (101, 2)), (1, [0, -1]), (1, (1, 2, 3)), (1, "ab"), (1, b"ab"):
        show(mixer.set, *args)
    show(type(mixer))
show(mixer.close)
for method in mixer.fileno, mixer.controls, mixer.get_recsrc:
    show(method)
show(mixer.get, 99)
