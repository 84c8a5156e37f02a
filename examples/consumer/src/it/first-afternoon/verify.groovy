// What the program printed and wrote.
def log = new File(basedir, 'build.log').text
assert log =~ /loss after 2 steps: \d+\.\d+/
assert log =~ /128 numbers, the first of them -?\d+\.\d+/
assert !(log =~ /Download\S* from \S+: https?:/)
assert new File(basedir, 'model/model.safetensors').length() > 1_000_000
assert new File(basedir, 'model/serving.properties').exists()
return true
